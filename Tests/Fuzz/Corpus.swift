package import Foundation

/// The inputs that are kept: seeds to begin with, and every input that once broke a reader.
package enum Corpus {
    /// `Tests/Fuzz/Corpus`, beside this file.
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    /// Gives a target every input of its own, in the order of their names.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package static func replay(_ target: FuzzTarget) throws -> Int {
        let inputs = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: target.name), includingPropertiesForKeys: nil)
        for input in inputs.sorted(by: { $0.path < $1.path }) {
            let bytes = [UInt8](try Data(contentsOf: input))
            // Beside the input itself its beginnings: files are cut off wherever a disk or a connection ends.
            target.read(bytes)
            for length in Set([0, bytes.count / 2, max(0, bytes.count - 1)]) {
                target.read(Array(bytes.prefix(length)))
            }
        }
        return inputs.count
    }
}
