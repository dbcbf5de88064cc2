# What those meet who have an installation, and not this tree.
set(embed_dir ${CMAKE_CURRENT_LIST_DIR})
add_test(NAME embed/outside COMMAND bash ${embed_dir}/outside.sh)
add_test(NAME embed/abi COMMAND bash ${embed_dir}/abi.sh)
set_tests_properties(embed/outside embed/abi PROPERTIES TIMEOUT 900
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
