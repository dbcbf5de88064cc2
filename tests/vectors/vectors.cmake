# Known answers, computed by the library and by a second implementation.
set(vectors_dir ${CMAKE_CURRENT_LIST_DIR})
set(vectors_sources ${vectors_dir}/vectors.c ${vectors_dir}/rules.c
  ${vectors_dir}/rules_frame.c ${vectors_dir}/rules_refused.c)
set(kit_dir ${CMAKE_SOURCE_DIR}/proto/conformance)
set(kit_vectors)
foreach(name derivations links letters frames)
  list(APPEND kit_vectors ${kit_dir}/vectors/${name}.json)
endforeach()
add_executable(vectors ${vectors_sources})
target_link_libraries(vectors PRIVATE tacit_core PkgConfig::jansson)
set_target_properties(vectors PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# Its control: the chain says nothing of the type.
add_executable(vectors_control ${vectors_sources}
  ${CMAKE_SOURCE_DIR}/client-lib/src/keys.c)
target_compile_definitions(vectors_control PRIVATE TACIT_CONTROL_NO_TYPE)
target_link_libraries(vectors_control PRIVATE tacit_core PkgConfig::jansson)
set_target_properties(vectors_control PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME vectors/control COMMAND vectors_control ${kit_vectors})
set_tests_properties(vectors/control PROPERTIES WILL_FAIL TRUE)
add_test(NAME vectors/c COMMAND vectors ${kit_vectors})
add_test(NAME vectors/second COMMAND sh ${vectors_dir}/second/run.sh
  ${CMAKE_BINARY_DIR}/tests/second ${kit_vectors}
  ${kit_dir}/vectors/pairing.json)
set_tests_properties(vectors/c vectors/control vectors/second
  PROPERTIES TIMEOUT 120)
# A whole pairing, recorded from the real cores of both sides.
add_executable(pairing ${vectors_dir}/pairing.c ${vectors_dir}/record.c)
target_link_libraries(pairing PRIVATE stage PkgConfig::jansson
  PkgConfig::cmocka)
target_link_options(pairing PRIVATE -Wl,--wrap=ratchet_encrypt
  -Wl,--wrap=seal_close)
set_target_properties(pairing PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME vectors/pairing COMMAND pairing ${kit_dir}/vectors/pairing.json)
set_tests_properties(vectors/pairing PROPERTIES TIMEOUT 120)
