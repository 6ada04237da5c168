import Foundation

#if FUZZING
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<Int32>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
        _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
    ) -> Int32
#endif

/// libFuzzer, which is there in a build of Scripts/fuzz.
enum FuzzEngine {
    #if FUZZING
        // libFuzzer calls a plain function, which can carry nothing; it runs in one thread.
        nonisolated(unsafe) private static var target: FuzzTarget?

        static func run(_ chosen: FuzzTarget) -> Never {
            target = chosen
            var count = CommandLine.argc
            var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
            // The name of the target would be taken for a folder.
            arguments?[1] = strdup("-verbosity=1")
            exit(
                runDriver(&count, &arguments) { bytes, length in
                    FuzzEngine.target?.read(Array(UnsafeBufferPointer(start: bytes, count: length)))
                    return 0
                })
        }
    #else
        static func run(_ target: FuzzTarget) -> Never {
            FileHandle.standardError.write(Data("Fuzz: this build cannot fuzz; use Scripts/fuzz\n".utf8))
            exit(64)
        }
    #endif
}
