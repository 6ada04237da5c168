/// One reader of bytes from outside, or several that read the same kind.
package struct FuzzTarget: Sendable {
    /// The name, which is also that of its folder in the corpus.
    package let name: String
    /// The longest input that is tried.
    package let longest: Int
    /// Reads an input. It may refuse it; it must not crash, hang, or break what it promises.
    package let read: @Sendable ([UInt8]) -> Void

    init(_ name: String, longest: Int = 4096, _ read: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.longest = longest
        self.read = read
    }

    /// All of them.
    package static let all: [FuzzTarget] = inputTargets + rowTargets + schemaTargets + wireTargets + storageTargets

    /// Ends the process when a reader broke a promise, so that the input is kept.
    static func check(_ holds: Bool, _ promise: @autoclosure () -> String) {
        if !holds { fatalError("broken: \(promise())") }
    }
}
