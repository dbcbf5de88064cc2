# tests/hosted: what a host supplies, through the shared library, as apps have
# it.  person.c stands on the public calls; the rest is the test's own.
add_library(hosted_support STATIC hosted/app.c hosted/wire.c support/person.c)
target_include_directories(hosted_support PUBLIC hosted support)
target_link_libraries(hosted_support PUBLIC libtacit test_support
  PkgConfig::cmocka)
file(GLOB hosted_tests CONFIGURE_DEPENDS hosted/test_*.c)
foreach(source ${hosted_tests})
  get_filename_component(name ${source} NAME_WE)
  add_executable(hosted_${name} ${source})
  target_link_libraries(hosted_${name} PRIVATE hosted_support)
  set_target_properties(hosted_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME hosted/${name} COMMAND hosted_${name})
  set_tests_properties(hosted/${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
