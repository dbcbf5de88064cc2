# What the documents say is so: tests/docs/NAME.sh as docs/NAME.
set(docs_tests reference embed man diagrams links
  bindings)
foreach(name ${docs_tests})
  add_test(NAME docs/${name} COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/${name}.sh)
  set_tests_properties(docs/${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endforeach()
