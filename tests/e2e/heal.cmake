# tests/e2e/heal_*.sh: vaults and relays that were put back, and everything
# killed in a loop, on the real programs.  Each runs alone, too.
add_test(NAME e2e/heal/kill COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/heal_kill.sh ${CMAKE_BINARY_DIR} 10 60)
set_tests_properties(e2e/heal/kill PROPERTIES TIMEOUT 600)
