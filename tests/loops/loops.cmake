# examples/loop_*.c: a vault in each kind of event loop, by the public API.
pkg_check_modules(glib REQUIRED IMPORTED_TARGET glib-2.0)
set(examples ${PROJECT_SOURCE_DIR}/examples)
foreach(name poll uv glib thread)
  add_executable(loop_${name} ${examples}/loop_${name}.c ${examples}/talk.c
    loops/counted.c)
  target_link_libraries(loop_${name} PRIVATE tacit_flags libtacit)
  target_link_options(loop_${name} PRIVATE -Wl,--wrap=tacit_step)
  set_target_properties(loop_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
target_link_libraries(loop_uv PRIVATE PkgConfig::uv)
target_link_libraries(loop_glib PRIVATE PkgConfig::glib)
target_link_libraries(loop_thread PRIVATE Threads::Threads)
add_test(NAME loops/talk COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/loops/talk.sh)
set_tests_properties(loops/talk PROPERTIES TIMEOUT 600
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})

foreach(name wake quiet)
  add_executable(loops_test_${name} loops/test_${name}.c loops/lone.c)
  target_link_libraries(loops_test_${name} PRIVATE host_support
    Threads::Threads)
  set_target_properties(loops_test_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME loops/${name} COMMAND loops_test_${name})
  set_tests_properties(loops/${name} PROPERTIES TIMEOUT 600)
endforeach()

# examples/gateway.c, and vaults for it.
add_executable(gateway ${examples}/gateway.c)
target_link_libraries(gateway PRIVATE tacit_flags libtacit PkgConfig::uv)
add_executable(make_vaults loops/make_vaults.c)
target_link_libraries(make_vaults PRIVATE tacit_flags libtacit
  PkgConfig::sodium)
set_target_properties(gateway make_vaults PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
foreach(test gateway:50 thousand:1000)
  string(REPLACE ":" ";" test ${test})
  list(GET test 0 name)
  list(GET test 1 n)
  add_test(NAME loops/${name} COMMAND python3
    ${CMAKE_CURRENT_SOURCE_DIR}/loops/gateway.py ${CMAKE_BINARY_DIR} ${n})
endforeach()
set_tests_properties(loops/gateway PROPERTIES TIMEOUT 600)
set_tests_properties(loops/thousand PROPERTIES TIMEOUT 3600 LABELS slow
  RUN_SERIAL ON)
