# tests/e2e/proof_*.sh: what was promised, proved on real processes.  Each runs
# alone, too, with the build tree as its argument.
function(tacit_proof name)
  add_test(NAME e2e/proof/${name} COMMAND bash
    ${CMAKE_CURRENT_SOURCE_DIR}/e2e/proof_${name}.sh ${CMAKE_BINARY_DIR}
    ${ARGN})
  set_tests_properties(e2e/proof/${name} PROPERTIES TIMEOUT 600)
endfunction()

# What they look with.
foreach(tool needle procwatch vaultkeys)
  add_executable(${tool} support/${tool}.c)
  target_link_libraries(${tool} PRIVATE tacit_flags)
  set_target_properties(${tool} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
target_link_libraries(vaultkeys PRIVATE tacit_core)

tacit_proof(ledger)
tacit_proof(kill 2 60)
tacit_proof(sentinels)
tacit_proof(errors)
