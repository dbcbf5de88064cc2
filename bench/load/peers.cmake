# Drivers of what we compare with.  Their servers come by script/packages bench
# alone, so that no other build needs them: TACIT_BENCH has the tests that do,
# and they fail where a server is missing.
target_sources(load_core PRIVATE ${load}/peer.c ${load}/drive_mqtt.c
  ${load}/drive_nats.c ${load}/drive_redis.c ${load}/mqtt.c ${load}/nats.c
  ${load}/resp.c)
target_compile_definitions(load_core PRIVATE LOAD_PEERS="${load}/../peers")
if(NOT TACIT_TESTS OR NOT TACIT_BENCH)
  return()
endif()

add_executable(drive_test ${load}/drive_test.c)
target_link_libraries(drive_test PRIVATE load_core)
set_target_properties(drive_test PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
foreach(driver tacit mqtt nats redis)
  add_test(NAME bench/drive_${driver} COMMAND drive_test ${driver})
  set_tests_properties(bench/drive_${driver} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
