# tests/e2e/relay_*.c: real relays as processes, over real sockets.
add_library(rows_support STATIC support/relay_rows.c)
target_link_libraries(rows_support PUBLIC test_support PkgConfig::sqlite)
file(GLOB found CONFIGURE_DEPENDS e2e/relay_*.c)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  add_executable(e2e_${name} ${source})
  target_link_libraries(e2e_${name} PRIVATE rows_support PkgConfig::cmocka
    PkgConfig::jansson)
  set_target_properties(e2e_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  string(REPLACE "relay_" "e2e/relay/" test ${name})
  add_test(NAME ${test} COMMAND e2e_${name})
  set_tests_properties(${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()

# Acts that confinement forbids.  Sanitizers make calls of their own.
add_test(NAME e2e/relay/confined COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/relay_confined.sh)
set_tests_properties(e2e/relay/confined PROPERTIES TIMEOUT 600
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
add_test(NAME e2e/relay/trace COMMAND bash
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/confine_trace.sh ${CMAKE_BINARY_DIR}
  $<TARGET_FILE:e2e_relay_operator>)
set_tests_properties(e2e/relay/trace PROPERTIES TIMEOUT 600)
if(TACIT_SANITIZE OR TACIT_TSAN)
  set_tests_properties(e2e/relay/confine e2e/relay/confined e2e/relay/trace
    PROPERTIES DISABLED TRUE)
endif()
add_executable(confine_list support/confine_list.c)
target_link_libraries(confine_list PRIVATE relay_core)
set_target_properties(confine_list PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_sources(e2e_relay_confine PRIVATE support/forbidden.c)
target_link_libraries(e2e_relay_confine PRIVATE relay_core)

# The controls of the order check: what answers early, and what does not sync
# bodies, must be caught.  Their own file comes before that of relay_core.
add_executable(tacit-relay-ack-early ${CMAKE_SOURCE_DIR}/relay/main.c
  ${CMAKE_SOURCE_DIR}/relay/store_sqlite_file.c)
target_compile_definitions(tacit-relay-ack-early
  PRIVATE TACIT_CONTROL_ACK_EARLY)
add_executable(tacit-relay-body-unsynced ${CMAKE_SOURCE_DIR}/relay/main.c
  ${CMAKE_SOURCE_DIR}/relay/store_sqlite_body.c)
target_compile_definitions(tacit-relay-body-unsynced
  PRIVATE TACIT_CONTROL_BODY_UNSYNCED)
foreach(control tacit-relay-ack-early tacit-relay-body-unsynced)
  target_link_libraries(${control} PRIVATE relay_core)
  set_target_properties(${control} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
add_test(NAME e2e/relay/order COMMAND sh
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/relay_order.sh $<TARGET_FILE:tacit-relay>
  $<TARGET_FILE:rawclient> $<TARGET_FILE:tacit-relay-ack-early>
  $<TARGET_FILE:tacit-relay-body-unsynced>)
set_tests_properties(e2e/relay/order PROPERTIES TIMEOUT 600)
add_test(NAME e2e/relay/fsync COMMAND sh
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/relay_fsync.sh $<TARGET_FILE:tacit-relay>
  $<TARGET_FILE:rawclient>)
set_tests_properties(e2e/relay/fsync PROPERTIES TIMEOUT 600)

target_sources(e2e_relay_authority PRIVATE e2e/claims.c)

# The control of the attempts: a relay that believes everybody.
add_executable(tacit-relay-no-authority ${CMAKE_SOURCE_DIR}/relay/main.c
  ${CMAKE_SOURCE_DIR}/relay/auth.c)
target_compile_definitions(tacit-relay-no-authority
  PRIVATE TACIT_CONTROL_NO_AUTHORITY)
target_link_libraries(tacit-relay-no-authority PRIVATE relay_core)
set_target_properties(tacit-relay-no-authority PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME e2e/relay/authority_control COMMAND sh
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/relay_believes.sh
  $<TARGET_FILE:tacit-relay-no-authority> $<TARGET_FILE:e2e_relay_authority>)
set_tests_properties(e2e/relay/authority_control PROPERTIES TIMEOUT 600)

# What runs under TSan.  The control: a store thread that counts what is the
# loop's, in a test of the hand-over that must report it, and end there: a lost
# count can be waited for forever.
if(TACIT_TSAN)
  add_executable(relay_race_control unit/relay/test_commit.c
    ${CMAKE_SOURCE_DIR}/relay/commit.c)
  target_compile_definitions(relay_race_control
    PRIVATE TACIT_CONTROL_DATA_RACE)
  target_include_directories(relay_race_control PRIVATE support)
  target_link_libraries(relay_race_control PRIVATE relay_core store_support
    test_support PkgConfig::cmocka)
  set_target_properties(relay_race_control PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit/relay/race_control COMMAND relay_race_control)
  set_tests_properties(unit/relay/race_control PROPERTIES TIMEOUT 600
    ENVIRONMENT TSAN_OPTIONS=halt_on_error=1
    PASS_REGULAR_EXPRESSION "WARNING: ThreadSanitizer: data race")
  add_custom_target(thread_tests DEPENDS tacit-relay relay_race_control)
  file(GLOB units CONFIGURE_DEPENDS unit/relay/test_*.c store/test_*.c)
  foreach(source ${units} admission crash limits mail operator wire)
    get_filename_component(name ${source} NAME_WE)
    if(source MATCHES "/store/")
      add_dependencies(thread_tests store_${name})
    elseif(source MATCHES "/unit/")
      add_dependencies(thread_tests relay_${name})
    else()
      add_dependencies(thread_tests e2e_relay_${name})
    endif()
  endforeach()
endif()
