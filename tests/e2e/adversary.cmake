# tests/e2e/adversary_*.sh: pairing against those who want to be taken for
# somebody else, by the command on real processes.
file(GLOB adversary_tests CONFIGURE_DEPENDS e2e/adversary_*.sh)
foreach(source ${adversary_tests})
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE "adversary_" "e2e/adversary/" test ${name})
  add_test(NAME ${test} COMMAND bash ${source})
  set_tests_properties(${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endforeach()
