# tests/e2e/relay_*.c: real relays as processes; relay_*.sh: the same for
# scripts, which get the relay, the raw client, and a directory for rubbish.
file(GLOB found CONFIGURE_DEPENDS e2e/relay_*.c)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  add_executable(e2e_${name} ${source})
  target_link_libraries(e2e_${name} PRIVATE test_support PkgConfig::cmocka
    PkgConfig::jansson PkgConfig::sqlite)
  set_target_properties(e2e_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  string(REPLACE "relay_" "e2e/relay/" test ${name})
  add_test(NAME ${test} COMMAND e2e_${name})
  set_tests_properties(${test} PROPERTIES TIMEOUT 180
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
file(GLOB found CONFIGURE_DEPENDS e2e/relay_*.sh)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE "relay_" "e2e/relay/" test ${name})
  add_test(NAME ${test} COMMAND sh ${source} $<TARGET_FILE:tacit-relay>
    $<TARGET_FILE:rawclient>)
  set_tests_properties(${test} PROPERTIES TIMEOUT 180)
endforeach()
