# cmake "-DFILES=a/b.toml;a/b.cpp" -DFOLDER=lessons -DOUTPUT=exercise_files.cpp -P EmbedFiles.cmake
# Writes a source file that defines overlap::workshop::embedded_files(): the text of each of FILES by its path below FOLDER.
file(WRITE "${OUTPUT}"
  "#include \"workshop/exercise.hpp\"\n\nnamespace overlap::workshop {\n"
  "const Files& embedded_files() {\n    static const Files files{\n")
foreach(name IN LISTS FILES)
  file(READ "${FOLDER}/${name}" text)
  file(APPEND "${OUTPUT}" "        {\"${name}\", R\"overlap(${text})overlap\"},\n")
endforeach()
file(APPEND "${OUTPUT}" "    };\n    return files;\n}\n}  // namespace overlap::workshop\n")
