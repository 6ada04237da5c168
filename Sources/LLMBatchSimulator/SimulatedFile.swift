public import Foundation

/// A file in the simulator.
public struct SimulatedFile: Sendable {
    /// The file's id.
    public let id: String
    /// The name from its upload, or of the result file.
    public let filename: String
    /// Its purpose, such as `batch` or `batch_output`.
    public let purpose: String
    /// Its bytes.
    public internal(set) var bytes: Data
    /// The content type from its upload.
    var type = "application/octet-stream"
    var createdAt = Fingerprint.now
    var expiresAt: Int?
    /// Whether the service itself created it.
    var isResult = false
    /// False until its upload is complete.
    var isWhole = true
    /// True once the script has interrupted its upload.
    var hasBroken = false
    /// How often it was shown since it is complete.
    var looks = 0
    /// The headers stored with an object.
    var labels: [String: String] = [:]

    init(id: String, filename: String, purpose: String = "", bytes: Data) {
        self.id = id
        self.filename = filename
        self.purpose = purpose
        self.bytes = Data(bytes)
    }

    /// A copy with some properties changed.
    func with(_ change: (inout SimulatedFile) -> Void) -> SimulatedFile {
        var copy = self
        change(&copy)
        return copy
    }
}
