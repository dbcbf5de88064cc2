# The load generator of bench/load, built here too so that it cannot rot.
include(${PROJECT_SOURCE_DIR}/bench/load/load.cmake)
tacit_unit_tests(load load_core)
add_test(NAME load/short COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/load/short.sh
  $<TARGET_FILE:load>)
set_tests_properties(load/short PROPERTIES TIMEOUT 300
  ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
add_test(NAME load/report COMMAND sh
  ${CMAKE_CURRENT_SOURCE_DIR}/load/report.sh
  ${PROJECT_SOURCE_DIR}/bench/load/report.py)
