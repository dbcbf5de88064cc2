# tests/e2e/heal_*.sh: vaults and relays that were put back, and everything
# killed in a loop, on the real programs.  Each runs alone, too.
add_test(NAME e2e/heal/kill COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/heal_kill.sh ${CMAKE_BINARY_DIR} 10 60)
set_tests_properties(e2e/heal/kill PROPERTIES TIMEOUT 600)

# The stories.
function(tacit_heal name script)
  add_test(NAME e2e/heal/${name} COMMAND bash
    ${CMAKE_CURRENT_SOURCE_DIR}/e2e/heal_${script}.sh ${ARGN})
  set_tests_properties(e2e/heal/${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endfunction()

tacit_heal(laptop laptop copy)
tacit_heal(backup laptop backup)
tacit_heal(copy copy 5)
tacit_heal(phone phone relay 200)
tacit_heal(thief phone thief 60)
tacit_heal(relay relay)
tacit_heal(moment moment 2)
tacit_heal(again again 4)
tacit_heal(anchor anchor)
tacit_heal(rotate rotate backup)
tacit_heal(rotate_copy rotate copy)

# The kill loop (script/soak runs it long).  A judge that looks is checked in
# each run; the control is an app that confirms events before it records them.
add_executable(kill_loop e2e/kill/main.c e2e/kill/talk.c e2e/kill/judge.c)
target_link_libraries(kill_loop PRIVATE tacit_core test_support)
set_target_properties(kill_loop PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME e2e/heal/loop COMMAND kill_loop --cycles 12 --letters 200)
add_test(NAME e2e/heal/loop_control COMMAND kill_loop --cycles 400
  --of-a-set 12 --letters 60 --careless --expect-failure)
set_tests_properties(e2e/heal/loop e2e/heal/loop_control PROPERTIES
  TIMEOUT 600 ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
