# tests/e2e/several_*.sh: one vault whose contacts are on several relays.
add_test(NAME e2e/several/relays COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/several_relays.sh)
set_tests_properties(e2e/several/relays PROPERTIES TIMEOUT 600
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
