# tests/flood: thousands of clients that misbehave, beside ten good ones.
add_executable(flood flood/flood.c flood/good.c flood/kinds.c flood/link.c)
target_link_libraries(flood PRIVATE test_support)
set_target_properties(flood PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME flood/short COMMAND flood 500 100 1)
# The control: four slots for handshakes and no limit per source.
add_test(NAME flood/control COMMAND flood 300 20 1 no-limits)
set_tests_properties(flood/control PROPERTIES WILL_FAIL ON)
set_tests_properties(flood/short flood/control PROPERTIES TIMEOUT 300
  RUN_SERIAL ON ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
