# cmake -DNAME=api_source -DINPUT=api.cpp -DOUTPUT=api_source.cpp -P EmbedText.cmake
# Writes a source file that defines overlap::NAME as the text of INPUT.
file(READ "${INPUT}" text)
file(WRITE "${OUTPUT}"
  "#include <string_view>\n\nnamespace overlap {\nextern const std::string_view ${NAME};\n"
  "constexpr std::string_view ${NAME} = R\"overlap(${text})overlap\";\n}  // namespace overlap\n")
