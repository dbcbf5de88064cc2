# bindings/python: made into a wheel against an installation, and used from a
# place of its own.
set(python_dir ${CMAKE_CURRENT_LIST_DIR})
set(python_work ${CMAKE_BINARY_DIR}/tests/python)

add_test(NAME python/install COMMAND sh ${python_dir}/install.sh
  ${CMAKE_BINARY_DIR} ${python_work})
set_tests_properties(python/install PROPERTIES TIMEOUT 600
  FIXTURES_SETUP python)
foreach(name header life readme refusals talk)
  add_test(NAME python/${name} COMMAND sh ${python_dir}/run.sh ${python_work}
    test_${name}.py)
  list(APPEND python_tests python/${name})
endforeach()
add_test(NAME python/types COMMAND sh ${python_dir}/types.sh ${python_work})
add_test(NAME python/memory COMMAND sh ${python_dir}/run.sh ${python_work}
  memory.py 3000)
add_test(NAME python/memory_long COMMAND sh ${python_dir}/run.sh ${python_work}
  memory.py 100000)
set_tests_properties(${python_tests} python/types python/memory
  python/memory_long PROPERTIES TIMEOUT 600 FIXTURES_REQUIRED python)
set_tests_properties(python/memory_long PROPERTIES TIMEOUT 7200 LABELS slow)
