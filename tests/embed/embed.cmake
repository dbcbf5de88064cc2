# What those meet who have an installation, and not this tree.
set(embed_dir ${CMAKE_CURRENT_LIST_DIR})
add_test(NAME embed/outside COMMAND bash ${embed_dir}/outside.sh)
add_test(NAME embed/abi COMMAND bash ${embed_dir}/abi.sh)
set_tests_properties(embed/outside embed/abi PROPERTIES TIMEOUT 900
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})

# script/test looks at packages in each run, where it builds with clang.
add_test(NAME embed/packages COMMAND bash ${embed_dir}/packages.sh
  ${CMAKE_BINARY_DIR}/packaged)
add_test(NAME embed/debian COMMAND bash ${embed_dir}/debian.sh
  ${CMAKE_BINARY_DIR}/packaged)
set_tests_properties(embed/packages embed/debian PROPERTIES TIMEOUT 1800
  LABELS slow RESOURCE_LOCK packaged
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})

# With what node/install and python/install made of the same prefix.
add_test(NAME embed/five COMMAND bash ${embed_dir}/five.sh
  ${CMAKE_BINARY_DIR}/tests/node ${CMAKE_BINARY_DIR}/tests/python)
set_tests_properties(embed/five PROPERTIES TIMEOUT 900
  FIXTURES_REQUIRED "node_package;python"
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})

add_test(NAME embed/arm64 COMMAND ${CMAKE_SOURCE_DIR}/script/cross
  ${CMAKE_BINARY_DIR}/arm64)
set_tests_properties(embed/arm64 PROPERTIES TIMEOUT 7200 LABELS slow
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
