# Coverage-guided fuzzing; tests/fuzz/fuzz.h says what a target is.
#
# TACIT_FUZZ_ENGINE empty: each target is a program that replays its corpus,
# for ctest.  Else it is what links an engine, as -fsanitize=fuzzer or a
# library, and the programs are the fuzzers; tests/fuzz/build.sh.
set(fuzz_dir ${CMAKE_CURRENT_LIST_DIR})
set(fuzz_bin ${CMAKE_BINARY_DIR}/fuzz)
add_library(fuzz_support STATIC fuzz/fuzz.c)
target_include_directories(fuzz_support PUBLIC fuzz support)
target_link_libraries(fuzz_support PUBLIC tacit_flags PkgConfig::sodium)
add_library(fuzz_replay STATIC fuzz/replay.c)
target_link_libraries(fuzz_replay PUBLIC fuzz_support)
add_custom_target(fuzzers)

# tacit_fuzz(NAME LIBRARY...)
function(tacit_fuzz name)
  set(target fuzz_${name})
  add_executable(${target} ${fuzz_dir}/fuzz_${name}.c)
  target_link_libraries(${target} PRIVATE ${ARGN} fuzz_support)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${fuzz_bin})
  add_dependencies(fuzzers ${target})
  if(TACIT_FUZZ_ENGINE)
    target_link_options(${target} PRIVATE ${TACIT_FUZZ_ENGINE})
  else()
    target_link_libraries(${target} PRIVATE fuzz_replay)
    add_test(NAME fuzz/${name} COMMAND ${target} ${fuzz_dir}/corpus/${name})
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 300)
  endif()
endfunction()

tacit_fuzz(gate relay_core)
tacit_fuzz(frame tacit_proto)
tacit_fuzz(invitation tacit_proto)
tacit_fuzz(content tacit_core)
tacit_fuzz(seal tacit_core)
tacit_fuzz(blob tacit_core)
tacit_fuzz(record tacit_core)
tacit_fuzz(tunnel tacit_core)
tacit_fuzz(configuration relay_core)
tacit_fuzz(control relay_core)
tacit_fuzz(form tacit_practice_core)
tacit_fuzz(questionnaire tacit_practice_core)
tacit_fuzz(manifest tacit_practice_core)
tacit_fuzz(print tacit_practice_core)
tacit_fuzz(practice tacit_practice_core)

# What a client of `tacit agent' writes, over a vault that is none: of the
# command's files the parts that the agent uses.
foreach(name agent_line agent_rpc agent_call agent_vault agent_contact
    agent_text agent_feed json event event_practice event_bounds cmd_receipts
    cmd_recall cmd_retention cmd_retraction cmd_show cmd_pair cmd_send cmd_life
    texts text session)
  list(APPEND fuzz_agent_parts ${PROJECT_SOURCE_DIR}/client-lib/cli/${name}.c)
endforeach()
tacit_fuzz(agent tacit_proto PkgConfig::jansson)
target_sources(fuzz_agent PRIVATE ${fuzz_dir}/agent_vault.c
  ${fuzz_agent_parts})
target_include_directories(fuzz_agent PRIVATE
  ${PROJECT_SOURCE_DIR}/client-lib/cli ${PROJECT_SOURCE_DIR}/client-lib/include)
# What else those files call is never reached; it would crash.
target_link_options(fuzz_agent PRIVATE -no-pie
  -Wl,--unresolved-symbols=ignore-in-object-files)

# A relay without sockets, whose signatures cost as little as the rest.
tacit_fuzz(relay relay_core store_support)
target_sources(fuzz_relay PRIVATE ${fuzz_dir}/relay_world.c
  ${fuzz_dir}/relay_watch.c ${fuzz_dir}/relay_sign.c)
target_link_options(fuzz_relay PRIVATE -Wl,--wrap=crypto_sign_detached
  -Wl,--wrap=crypto_sign_verify_detached)

# Vaults are opened without the cost of Argon2id.
tacit_fuzz(vault tacit_core)
tacit_fuzz(ratchet tacit_core)
tacit_fuzz(link stage)
target_sources(fuzz_link PRIVATE ${fuzz_dir}/link_base.c)
foreach(target fuzz_vault fuzz_ratchet fuzz_link)
  target_sources(${target} PRIVATE ${fuzz_dir}/pwhash.c)
  target_link_options(${target} PRIVATE -Wl,--wrap=crypto_pwhash)
endforeach()
