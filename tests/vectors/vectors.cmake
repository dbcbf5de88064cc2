# Known answers, computed by the library and by a second implementation.
set(vectors_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(vectors ${vectors_dir}/vectors.c ${vectors_dir}/rules.c
  ${vectors_dir}/rules_frame.c)
target_link_libraries(vectors PRIVATE tacit_core PkgConfig::jansson)
set_target_properties(vectors PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME vectors/c COMMAND vectors ${vectors_dir}/vectors.json)
add_test(NAME vectors/second COMMAND sh ${vectors_dir}/second/run.sh
  ${vectors_dir}/vectors.json ${CMAKE_BINARY_DIR}/tests/second)
set_tests_properties(vectors/c vectors/second PROPERTIES TIMEOUT 120)
