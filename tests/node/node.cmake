# The Node package, packed and installed as anybody would, against an installed
# libtacit, then used by programs that know no more than its README.
set(node_dir ${CMAKE_CURRENT_LIST_DIR})
set(node_work ${CMAKE_BINARY_DIR}/tests/node)
set(node_environment "TACIT_PREFIX=${node_work}/prefix"
  "PKG_CONFIG_PATH=${node_work}/prefix/lib/pkgconfig"
  "TACIT_HELLO_C=${CMAKE_SOURCE_DIR}/examples/hello.c")

add_test(NAME node/install COMMAND sh ${node_dir}/install.sh
  ${CMAKE_BINARY_DIR} ${node_work})
set_tests_properties(node/install PROPERTIES TIMEOUT 600
  FIXTURES_SETUP node_package)

# node_test(NAME COMMAND...): in the app
function(node_test name)
  add_test(NAME node/${name} COMMAND ${ARGN})
  set_tests_properties(node/${name} PROPERTIES TIMEOUT 600
    WORKING_DIRECTORY ${node_work}/app FIXTURES_REQUIRED node_package
    ENVIRONMENT "${node_environment}")
endfunction()

foreach(name apart cover life refusals talk)
  node_test(${name} node --test ${name}.test.mjs)
endforeach()
node_test(types node node_modules/typescript/bin/tsc -p ${node_work}/app)
node_test(memory node --expose-gc memory.mjs 3000)
node_test(memory_long node --expose-gc memory.mjs 100000)
set_tests_properties(node/memory_long PROPERTIES LABELS slow TIMEOUT 3600)
node_test(readme bash ${node_dir}/readme.sh ${node_work}/tacit-0.1.0.tgz
  ${node_work}/prefix)
set_property(TEST node/readme APPEND PROPERTY
  ENVIRONMENT "TACIT_BUILD=${CMAKE_BINARY_DIR}")
