# Vectors of Project Wycheproof through our wrappers.
add_executable(wycheproof vectors/wycheproof.c)
target_link_libraries(wycheproof PRIVATE tacit_core)
target_link_options(wycheproof PRIVATE
  -Wl,--wrap=signal_context_set_crypto_provider)
set_target_properties(wycheproof PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME vectors/wycheproof COMMAND wycheproof
  ${CMAKE_CURRENT_LIST_DIR}/wycheproof/vectors.txt)
