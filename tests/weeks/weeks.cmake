# Four weeks of a practice; tests/weeks/main.c says what it is.
set(weeks_dir ${CMAKE_CURRENT_LIST_DIR})
set(weeks_sources ${weeks_dir}/main.c ${weeks_dir}/world.c ${weeks_dir}/wall.c
  ${weeks_dir}/book.c ${weeks_dir}/wire.c ${weeks_dir}/listen.c
  ${weeks_dir}/acts.c ${weeks_dir}/people.c ${weeks_dir}/plan.c
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
