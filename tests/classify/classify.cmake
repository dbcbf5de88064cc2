# Can acts be told apart on the wire?  tests/classify/main.c says how.
file(GLOB classify_sources CONFIGURE_DEPENDS classify/*.c)
add_executable(classify ${classify_sources} fuzz/pwhash.c)
target_include_directories(classify PRIVATE support)
target_link_libraries(classify PRIVATE stage tacit_practice_core tacit_core m)
target_link_options(classify PRIVATE -Wl,--wrap=crypto_pwhash)
set_target_properties(classify PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME classify/short COMMAND classify --runs 60)
set_tests_properties(classify/short PROPERTIES TIMEOUT 900)
add_test(NAME classify/long COMMAND classify --runs 1500)
set_tests_properties(classify/long PROPERTIES TIMEOUT 14400 LABELS slow)
