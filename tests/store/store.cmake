# The promises of the store as a whole.
file(GLOB store_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.c)
foreach(source ${store_tests})
  get_filename_component(name ${source} NAME_WE)
  add_executable(store_${name} ${source})
  target_link_libraries(store_${name} PRIVATE store_support PkgConfig::cmocka m)
  set_target_properties(store_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME store/${name} COMMAND store_${name}
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  set_tests_properties(store/${name} PROPERTIES TIMEOUT 300)
endforeach()
