import Foundation

/// A folder of one test, removed after it.
struct TemporaryFolder: Sendable {
    let url: URL

    static func with<Value>(_ body: (TemporaryFolder) async throws -> Value) async throws -> Value {
        let folder = TemporaryFolder(
            url: FileManager.default.temporaryDirectory.appendingPathComponent("llmbatch-\(UUID().uuidString)"))
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.url) }
        return try await body(folder)
    }

    /// A path in the folder that no file has yet.
    func newPath() -> String { path("\(UUID().uuidString).db") }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
