# Questionnaires, answers, scores: no network, no vault.
set(practice_dir ${CMAKE_CURRENT_LIST_DIR})
add_library(practice_support STATIC ${practice_dir}/kit.c
  ${practice_dir}/naive.c ${practice_dir}/sample.c)
target_include_directories(practice_support PUBLIC ${practice_dir}
  ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_compile_definitions(practice_support PUBLIC
  QUESTIONNAIRES="${practice_dir}/questionnaires")
target_link_libraries(practice_support PUBLIC tacit_practice_core
  PkgConfig::cmocka)

file(GLOB found CONFIGURE_DEPENDS ${practice_dir}/test_*.c)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  add_executable(practice_${name} ${source})
  target_link_libraries(practice_${name} PRIVATE practice_support)
  set_target_properties(practice_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME practice/${name} COMMAND practice_${name})
  set_tests_properties(practice/${name} PROPERTIES TIMEOUT 120)
endforeach()
target_link_options(practice_test_memory PRIVATE -Wl,--wrap=malloc
  -Wl,--wrap=calloc -Wl,--wrap=strdup)

# What is printed, for parsers that are not ours.
add_executable(practice_exporter ${practice_dir}/exporter.c)
target_link_libraries(practice_exporter PRIVATE practice_support)
set_target_properties(practice_exporter PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME practice/parsed COMMAND python3 ${practice_dir}/parse.py
  $<TARGET_FILE:practice_exporter>)
set_tests_properties(practice/parsed PROPERTIES TIMEOUT 300)

# Responses against the schema that FHIR itself gives out.
add_executable(practice_respond ${practice_dir}/respond.c)
target_link_libraries(practice_respond PRIVATE practice_support)
set_target_properties(practice_respond PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME practice/valid_fhir COMMAND sh ${practice_dir}/validate/run.sh
  ${CMAKE_BINARY_DIR}/tests/validate $<TARGET_FILE:practice_respond>
  $<TARGET_FILE:practice_exporter>
  ${practice_dir}/questionnaires ${CMAKE_SOURCE_DIR}/client-lib/practice/forms)
set_tests_properties(practice/valid_fhir PROPERTIES TIMEOUT 300)
# Both install the same packages there.
set_tests_properties(e2e/cli/export practice/valid_fhir PROPERTIES
  RESOURCE_LOCK validate)

add_test(NAME practice/six_cover COMMAND python3 ${practice_dir}/cover.py
  ${practice_dir}/questionnaires)
