import Crypto

/// A provider job that is being filled with requests.
struct ProviderJobBuilder {
    /// True for the job that is answered from the storage.
    var isReused = false
    var reusesImports = false
    /// The model of all its requests, where a job is limited to one.
    let model: String?
    private var hash = SHA256()
    private(set) var requests = 0
    private(set) var bytes = 0
    private(set) var inputs = 0

    init(isReused: Bool = false, reusesImports: Bool = false, model: String? = nil) {
        self.reusesImports = reusesImports
        self.isReused = isReused
        self.model = model
    }

    /// Whether another request fits, its line including a line feed.
    ///
    /// - Parameter fullAt: the number of requests in a full job.
    func fits(_ line: [UInt8], inputs: Int, _ limits: BatchLimits, fullAt: Int) -> Bool {
        requests < fullAt && bytes + line.count + 1 <= limits.bytes ?? .max
            && self.inputs + inputs <= limits.inputs ?? .max
    }

    mutating func add(_ line: [UInt8], inputs: Int) {
        hash.update(data: line)
        hash.update(data: [0x0A])
        requests += 1
        bytes += line.count + 1
        self.inputs += inputs
    }

    /// Counts a request whose line is not part of any input.
    mutating func addWithoutLine() { requests += 1 }

    /// Identifies the job's input.
    func digest(for provider: Provider) -> ProviderJobDigest {
        if isReused { return .reused(requests: requests, fromImports: reusesImports) }
        if case .realtime = provider.kind { return ProviderJobDigest(requests: requests, bytes: 0, sha256: nil) }
        return ProviderJobDigest(requests: requests, bytes: bytes, sha256: Array(hash.finalize()))
    }
}

extension BatchRequest {
    /// The number of texts in an embeddings request; an input that is one text, or the tokens of one, counts once.
    var embeddingInputs: Int {
        guard endpoint == .embeddings, let body = (try? JSONObject(line))?.object("body") else { return 0 }
        guard let elements = body.elements("input"), let first = elements.first else { return 1 }
        let opening = body.bytes[first.lowerBound]
        return opening == UInt8(ascii: "\"") || opening == UInt8(ascii: "[") ? elements.count : 1
    }
}
