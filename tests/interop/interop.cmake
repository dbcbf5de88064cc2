# Our ratchet against two other implementations, which npm installs into the
# build tree; nothing of them is linked, shipped or installed.
set(interop_dir ${CMAKE_CURRENT_LIST_DIR})
set(interop_work ${CMAKE_BINARY_DIR}/tests/interop)

# interop_program(TARGET SOURCE...): a ratchet among the sources comes
# before that of tacit_core.
function(interop_program target)
  add_executable(${target} ${ARGN})
  target_include_directories(${target} PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_link_libraries(${target} PRIVATE tacit_core PkgConfig::cmocka)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

set(no_rule ${CMAKE_SOURCE_DIR}/client-lib/src/ratchet_message.c
  ${CMAKE_SOURCE_DIR}/client-lib/src/ratchet_bundle.c)
interop_program(interop_peer ${interop_dir}/peer.c)
interop_program(interop_peer_no_rule ${interop_dir}/peer.c ${no_rule})
interop_program(interop_refusal
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/client/test_ratchet_refuse.c ${no_rule})
foreach(target interop_peer_no_rule interop_refusal)
  target_compile_definitions(${target} PRIVATE TACIT_CONTROL_NO_ONE_TIME_RULE)
endforeach()

add_test(NAME interop/install COMMAND sh ${interop_dir}/install.sh
  ${interop_work})
set_tests_properties(interop/install PROPERTIES TIMEOUT 600
  FIXTURES_SETUP interop)
foreach(peer official javascript)
  add_test(NAME interop/${peer} COMMAND node ${interop_work}/run.mjs ${peer}
    $<TARGET_FILE:interop_peer>)
  add_test(NAME interop/${peer}/without_one_time COMMAND node
    ${interop_work}/run.mjs ${peer} $<TARGET_FILE:interop_peer_no_rule>
    without-one-time)
  set_tests_properties(interop/${peer} interop/${peer}/without_one_time
    PROPERTIES TIMEOUT 300 FIXTURES_REQUIRED interop)
endforeach()
add_test(NAME interop/refusal COMMAND sh ${interop_dir}/refusal.sh
  $<TARGET_FILE:interop_refusal>)
set_tests_properties(interop/refusal PROPERTIES TIMEOUT 120
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
