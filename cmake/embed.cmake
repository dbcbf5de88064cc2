# cmake -DOUT=FILE -DFILES=A;B;... -P embed.cmake: a C source with the bytes
# of each, for client-lib/practice/shipped.h.
set(rows "")
set(text "/* Made of the files named in it. */\n#include \"shipped.h\"\n\n")
set(n 0)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
    "\\1\n" bytes "${bytes}")
  string(APPEND text "static const char form_${n}[] = {\n${bytes}\n};\n")
  string(APPEND rows "\t{ \"${name}\", form_${n}, sizeof(form_${n}) },\n")
  math(EXPR n "${n} + 1")
endforeach()
string(APPEND text "\nconst struct shipped shipped_forms[SHIPPED_FORMS] = {\n"
  "${rows}};\n")
file(WRITE ${OUT} "${text}")
