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

# The control: a relay that calls undelivered whatever it destroys.  Its own
# store_sqlite_recall.c comes before that of relay_core.
add_executable(store_control_recall_lies
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/relay/test_store.c
  ${CMAKE_SOURCE_DIR}/relay/store_sqlite_recall.c)
target_compile_definitions(store_control_recall_lies
  PRIVATE TACIT_CONTROL_RECALL_LIES)
target_link_libraries(store_control_recall_lies PRIVATE store_support
  PkgConfig::cmocka)
set_target_properties(store_control_recall_lies PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME store/control_recall_lies COMMAND store_control_recall_lies
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
set_tests_properties(store/control_recall_lies PROPERTIES WILL_FAIL TRUE
  TIMEOUT 120)
