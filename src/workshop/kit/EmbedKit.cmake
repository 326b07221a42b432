# cmake -DKIT=library.so -DINPUT=kit_bytes.cpp.in -DOUTPUT=kit_bytes.cpp -P EmbedKit.cmake
# Writes the source file that carries the library. It names it, so it must be compiled again whenever that changes:
# hence a new file each time.
file(REMOVE "${OUTPUT}")
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
