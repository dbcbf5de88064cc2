# The deterministic simulation; tests/sim/main.c says what it is.
set(sim_dir ${CMAKE_CURRENT_LIST_DIR})
set(sim_sources ${sim_dir}/main.c ${sim_dir}/plan.c ${sim_dir}/sim.c
  ${sim_dir}/cable.c ${sim_dir}/side.c ${sim_dir}/app.c ${sim_dir}/thoughts.c ${sim_dir}/host.c
  ${sim_dir}/disk.c ${sim_dir}/disk_parts.c ${sim_dir}/disk_calls.c ${sim_dir}/disk_vfs.c
  ${sim_dir}/actor.c ${sim_dir}/memo.c ${sim_dir}/thread.c ${sim_dir}/ledger.c
  ${sim_dir}/ledger_judge.c ${sim_dir}/ledger_truth.c ${sim_dir}/ledger_recall.c ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/pwhash.c)

# tacit_sim(NAME SOURCE...): with these in place of the product's own.
function(tacit_sim name)
  tacit_sim_of(${name} ${sim_sources} ${ARGN})
  target_link_options(${name} PRIVATE -Wl,--wrap=letter_seal)
endfunction()
function(tacit_sim_of name)
  add_executable(${name} ${ARGN})
  target_include_directories(${name} PRIVATE ${sim_dir}
    ${CMAKE_SOURCE_DIR}/tests/support)
  target_link_libraries(${name} PRIVATE tacit_core relay_core)
  foreach(call open __open_2 close fstat lstat pread pwrite __pread_chk unlink rename
      renameat2 fsync fchmod fcntl realpath clock_gettime pthread_create
      pthread_join pthread_cond_wait pthread_cond_timedwait malloc calloc
      realloc reallocarray strdup strndup sodium_malloc sodium_free
      crypto_pwhash crypto_sign_seed_keypair crypto_sign_detached
      crypto_sign_verify_detached crypto_scalarmult crypto_scalarmult_base)
    target_link_options(${name} PRIVATE -Wl,--wrap=${call})
  endforeach()
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

tacit_sim(sim)

# Ratchet and seal alone.
set(sim_session_sources ${sim_dir}/session.c ${sim_dir}/actor.c ${sim_dir}/memo.c
  ${sim_dir}/disk.c ${sim_dir}/disk_parts.c ${sim_dir}/disk_calls.c
  ${sim_dir}/disk_vfs.c ${sim_dir}/thread.c
  ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/pwhash.c)
tacit_sim_of(sim_session ${sim_session_sources})
add_test(NAME sim/quiesce COMMAND sim_session 2000)
# Its control: one record for the sessions of both bundles of a generation.
tacit_sim_of(sim_session_control ${sim_session_sources}
  ${CMAKE_SOURCE_DIR}/client-lib/src/keystore.c)
target_compile_definitions(sim_session_control
  PRIVATE TACIT_CONTROL_ONE_RECORD)
add_test(NAME sim/quiesce_control COMMAND sim_session_control 2000)
set_tests_properties(sim/quiesce_control PROPERTIES WILL_FAIL TRUE)
set_tests_properties(sim/quiesce sim/quiesce_control PROPERTIES TIMEOUT 600)
add_test(NAME sim/fresh COMMAND sim --seeds 1000)
add_test(NAME sim/regressions COMMAND sim
  --regressions ${sim_dir}/regressions)
add_test(NAME sim/recall COMMAND sim --from 6000000 --seeds 400 --with recall)
set_tests_properties(sim/fresh sim/recall sim/regressions PROPERTIES TIMEOUT 900)

# Deliberate defects, one line each; every one must be found.
# tacit_sim_control(DEFECT SOURCE [OPTION...]): its own object comes before the
# library's; options of its runs.
set(sim_controls "")
macro(tacit_sim_control defect source)
  string(TOLOWER sim_control_${defect} control)
  tacit_sim(${control} ${CMAKE_SOURCE_DIR}/${source})
  target_compile_definitions(${control} PRIVATE TACIT_CONTROL_${defect})
  list(APPEND sim_controls ${control})
  add_test(NAME sim/${control} COMMAND ${control} --seeds 1000 --as-it-is
    --expect-failure ${ARGN})
  set_tests_properties(sim/${control} PROPERTIES TIMEOUT 900)
endmacro()

tacit_sim_control(ACK_EARLY relay/store_sqlite_file.c)
tacit_sim_control(BODY_UNSYNCED relay/store_sqlite_body.c)
# One in some hundred seeds finds it.
tacit_sim_control(HELD_IS_OKED relay/hold.c --seeds 4000)
tacit_sim_control(ACK_UNCOMMITTED client-lib/src/line_in.c)
tacit_sim_control(NO_REPLAY_MARK client-lib/src/inbox.c)
tacit_sim_control(NO_DEDUPE client-lib/src/reorder.c)
tacit_sim_control(NO_ORDER client-lib/src/reorder.c)
# Nearly all of it would come again from the history: that is left out, too.
tacit_sim_control(OK_IS_HAD client-lib/src/post.c --with loss)
target_sources(sim_control_ok_is_had
  PRIVATE ${CMAKE_SOURCE_DIR}/client-lib/src/again.c)
tacit_sim_control(WRONG_CONTACT client-lib/src/reorder.c)
tacit_sim_control(FALSE_ACCEPTED client-lib/src/post.c)
tacit_sim_control(SWITCH_EARLY client-lib/src/rotate.c)
tacit_sim_control(NO_SYNC client-lib/src/vault_db.c)
tacit_sim_control(RECALL_LIES relay/store_sqlite_recall.c --with recall)
tacit_sim_control(NO_TOMBSTONE client-lib/src/recall.c --with recall)
add_custom_target(sim_all DEPENDS sim ${sim_controls})
