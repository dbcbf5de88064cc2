# Four weeks of a practice; tests/weeks/main.c says what it is.
set(weeks_dir ${CMAKE_CURRENT_LIST_DIR})
set(weeks_sources ${weeks_dir}/main.c ${weeks_dir}/world.c ${weeks_dir}/wall.c
  ${weeks_dir}/book.c ${weeks_dir}/wire.c ${weeks_dir}/listen.c
  ${weeks_dir}/acts.c ${weeks_dir}/people.c ${weeks_dir}/recall.c ${weeks_dir}/plan.c
  ${weeks_dir}/judge.c ${weeks_dir}/judge_ask.c
  ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/pwhash.c)

# tacit_weeks(NAME SOURCE...): with these in place of the product's own.
function(tacit_weeks name)
  add_executable(${name} ${weeks_sources} ${ARGN})
  target_include_directories(${name} PRIVATE ${weeks_dir})
  target_link_libraries(${name} PRIVATE stage tacit_practice_core tacit_core)
  target_link_options(${name} PRIVATE -Wl,--wrap=crypto_pwhash)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

tacit_weeks(weeks)
add_test(NAME weeks/autumn COMMAND weeks)
set_tests_properties(weeks/autumn PROPERTIES ENVIRONMENT TACIT_SEED=2)
add_test(NAME weeks/spring COMMAND weeks)
set_tests_properties(weeks/spring PROPERTIES ENVIRONMENT TACIT_SEED=3)
add_test(NAME weeks/fresh COMMAND weeks --runs 5 --busy 80)
set_tests_properties(weeks/autumn weeks/spring PROPERTIES TIMEOUT 900)
set_tests_properties(weeks/fresh PROPERTIES TIMEOUT 3600 LABELS slow)

# Deliberate defects, one line each; every one must be found, as what it is.
# tacit_weeks_control(DEFECT RULE SOURCE [DEFINITION])
set(weeks_controls "")
macro(tacit_weeks_control defect rule)
  string(TOLOWER weeks_control_${defect} control)
  tacit_weeks(${control} ${ARGN})
  target_compile_definitions(${control} PRIVATE TACIT_CONTROL_${defect})
  list(APPEND weeks_controls ${control})
  add_test(NAME weeks/${control} COMMAND ${control} --expect ${rule})
  set_tests_properties(weeks/${control} PROPERTIES TIMEOUT 900
    ENVIRONMENT TACIT_SEED=2)
endmacro()

set(weeks_practice ${CMAKE_SOURCE_DIR}/client-lib/practice)
tacit_weeks_control(NO_DST due ${weeks_practice}/zone.c)
tacit_weeks_control(ASK_LATE due ${weeks_practice}/checkin_task.c)
tacit_weeks_control(MISSED_UNTOLD missed ${weeks_practice}/checkin_plan.c)
tacit_weeks_control(MISSED_UNREAD missed ${weeks_practice}/checkin_plan.c)
tacit_weeks_control(ONE_ALERT alert ${weeks_practice}/checkin_response.c)
tacit_weeks_control(AWAY_TWICE away ${weeks_practice}/away.c)
tacit_weeks_control(AFTER_DISCHARGE refused ${weeks_practice}/life.c)
tacit_weeks_control(NO_CONFIRM confirm ${weeks_practice}/send.c)
tacit_weeks_control(WRONG_CONTACT misdelivered
  ${CMAKE_SOURCE_DIR}/client-lib/src/reorder.c)
tacit_weeks_control(KEY_STAYS shred
  ${CMAKE_SOURCE_DIR}/relay/store_sqlite_block.c)
tacit_weeks_control(NO_TOMBSTONE recall
  ${CMAKE_SOURCE_DIR}/client-lib/src/recall.c)
# And one of the search itself: for a word that is in every database.
tacit_weeks_control(SEARCH secret)
target_compile_definitions(weeks_control_search
  PRIVATE "MARK_FORM=\"SQLite format\"")
add_custom_target(weeks_all DEPENDS weeks ${weeks_controls})
