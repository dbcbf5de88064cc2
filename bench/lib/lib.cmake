# The library's rows; script/bench-lib runs them.  On the tests' stage.
if(TARGET stage)
  file(GLOB lib_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
  # The product's curve under another name stands before tacit_core's, so
  # that curves.c can choose.
  set(lib_curve ${PROJECT_SOURCE_DIR}/client-lib/src/curve.c)
  add_library(lib_curve OBJECT ${lib_curve})
  target_compile_definitions(lib_curve PRIVATE
    curve25519_donna=product_curve)
  target_link_libraries(lib_curve PRIVATE stage)
  add_executable(library ${lib_sources} $<TARGET_OBJECTS:lib_curve>)
  target_include_directories(library PRIVATE ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(library PRIVATE stage PkgConfig::jansson)
  set_target_properties(library PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endif()
