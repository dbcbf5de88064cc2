# tests/agent: `tacit agent', by clients in JavaScript that hold each line
# against its schema.  All install the same packages.
foreach(name talk refusals pressure kill page)
  add_test(NAME agent/${name}
    COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/${name}.sh)
  set_tests_properties(agent/${name} PROPERTIES TIMEOUT 900
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR} RESOURCE_LOCK agent_npm)
endforeach()
