# Drivers of what we compare with.  Their servers come by script/packages bench
# alone, so that no other build needs them: TACIT_BENCH has these tests, and
# there they fail where a server is missing.
target_sources(load_core PRIVATE load/peer.c load/drive_mqtt.c load/drive_nats.c
  load/drive_redis.c load/mqtt.c load/nats.c load/resp.c)
target_compile_definitions(load_core PRIVATE
  LOAD_PEERS="${CMAKE_CURRENT_SOURCE_DIR}/peers")
if(NOT TACIT_TESTS)
  return()
endif()

pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
add_executable(parse_test load/parse_test.c load/mqtt.c load/nats.c
  load/resp.c)
target_link_libraries(parse_test PRIVATE tacit_flags PkgConfig::cmocka)
add_test(NAME bench/parse COMMAND parse_test)

add_executable(drive_test load/drive_test.c)
target_link_libraries(drive_test PRIVATE load_core)
set_target_properties(parse_test drive_test PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
foreach(driver tacit mosquitto nats redis)
  add_test(NAME bench/drive_${driver} COMMAND drive_test ${driver})
  set_tests_properties(bench/drive_${driver} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
