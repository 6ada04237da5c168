/// The calls that the simulators support, across all services.
///
/// Calls and troubles are counted per route. Any other call returns 404 and has no route.
public enum SimulatorRoute: String, Sendable, Hashable, CaseIterable {
    /// Starts an upload that ``uploadFile`` then fills, for services that upload in two calls.
    case beginUpload
    /// Completes a multipart upload.
    case endUpload
    /// Checks whether a role or a bucket exists in the account.
    case checkAccount
    /// Gets an access token, for services that issue them at another endpoint.
    case fetchToken
    case uploadFile, listFiles, getFile, deleteFile, fileContent
    case createBatch, getBatch, listBatches, cancelBatch
    case chatCompletions, embeddings, responses, completions, moderations

    /// The realtime route for a batch endpoint such as `/v1/embeddings`; nil when it has none.
    public init?(endpoint: String) {
        guard let route = Self.realtime[endpoint] else { return nil }
        self = route
    }

    /// The realtime routes by endpoint.
    static let realtime: [String: SimulatorRoute] = [
        "/v1/chat/completions": .chatCompletions, "/v1/embeddings": .embeddings, "/v1/responses": .responses,
        "/v1/completions": .completions, "/v1/moderations": .moderations,
    ]
}
