# tests/e2e/cli_*.sh: people and their vaults, by the command; contract_*.sh:
# what scripts rely on; and what stands in README.md and examples/.
file(GLOB found CONFIGURE_DEPENDS e2e/cli_*.sh e2e/contract_*.sh)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "^(cli|contract)_" "e2e/\\1/" test ${name})
  list(APPEND cli_tests ${test} ${source})
endforeach()
add_executable(hostdata support/hostdata.c)
target_link_libraries(hostdata PRIVATE tacit_flags libtacit)
set_target_properties(hostdata PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# Opens each row of a vault.
add_executable(vaultrows support/vaultrows.c)
target_link_libraries(vaultrows PRIVATE tacit_flags tacit_core)
set_target_properties(vaultrows PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_executable(stranger support/stranger.c)
target_link_libraries(stranger PRIVATE tacit_core)
set_target_properties(stranger PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# A clock that is ahead, to be preloaded.
add_library(testclock MODULE support/testclock.c)
target_link_libraries(testclock PRIVATE tacit_flags)
set_target_properties(testclock PROPERTIES PREFIX ""
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# Ends the process before the n-th file gets its name; preloaded as well.
add_library(testname MODULE support/testname.c)
target_link_libraries(testname PRIVATE tacit_flags)
set_target_properties(testname PROPERTIES PREFIX ""
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
list(APPEND cli_tests
  e2e/hello ${CMAKE_CURRENT_LIST_DIR}/hello.sh
  e2e/readme ${CMAKE_CURRENT_LIST_DIR}/readme_doors.sh)
while(cli_tests)
  list(POP_FRONT cli_tests test source)
  add_test(NAME ${test} COMMAND bash ${source})
  # The README's doors build everything once more.
  set_tests_properties(${test} PROPERTIES TIMEOUT 900
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endwhile()
