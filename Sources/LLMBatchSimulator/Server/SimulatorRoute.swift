import Foundation

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
        switch endpoint {
        case "/v1/chat/completions": self = .chatCompletions
        case "/v1/embeddings": self = .embeddings
        case "/v1/responses": self = .responses
        case "/v1/completions": self = .completions
        case "/v1/moderations": self = .moderations
        default: return nil
        }
    }
}

/// A call's route with the file or batch id in its path.
struct MatchedRoute {
    var route: SimulatorRoute
    var id = ""

    /// A route that a service found itself.
    init(_ route: SimulatorRoute, id: String = "") {
        self.route = route
        self.id = id
    }

    /// Matches a method and a raw path. The id in the path is percent-decoded.
    init?(method: String, path: String) {
        if method == "POST", let realtime = SimulatorRoute(endpoint: path) {
            self.route = realtime
            return
        }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[0].isEmpty, parts[1] == "v1" else { return nil }
        parts.removeFirst(2)
        self.id = parts.count > 1 ? (parts[1].removingPercentEncoding ?? parts[1]) : ""
        switch (method, parts[0], parts.count, parts.count == 3 ? parts[2] : "") {
        case ("POST", "files", 1, _): self.route = .uploadFile
        case ("GET", "files", 1, _): self.route = .listFiles
        case ("GET", "files", 2, _): self.route = .getFile
        case ("DELETE", "files", 2, _): self.route = .deleteFile
        case ("GET", "files", 3, "content"): self.route = .fileContent
        case ("POST", "batches", 1, _): self.route = .createBatch
        case ("GET", "batches", 1, _): self.route = .listBatches
        case ("GET", "batches", 2, _): self.route = .getBatch
        case ("POST", "batches", 3, "cancel"): self.route = .cancelBatch
        default: return nil
        }
    }
}
