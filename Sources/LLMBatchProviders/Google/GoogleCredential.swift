import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOHTTP1
import Synchronization

/// Authenticates calls to Google Cloud with an access token, which it fetches, caches and renews.
///
/// All calls share one token until shortly before it expires or until a service refuses it. Calls made while a token is
/// being fetched wait for it. Tokens are kept in memory only.
final class GoogleCredential: Credential {
    let fingerprint: String?
    private let source: any GoogleTokenSource
    /// The project to bill where the token belongs to a user.
    private let quotaProject: String?
    private let state = Mutex(State())

    /// A token, or a fetch in progress.
    private enum Fetch {
        case done(GoogleAccessToken)
        case underWay(Task<Result<GoogleAccessToken, ProviderError>, Never>)
    }

    private struct State {
        var current: GoogleAccessToken?
        /// Recent tokens too, because an answer may repeat the token of its call.
        var known: [APIKey] = []
        var fetching: Task<Result<GoogleAccessToken, ProviderError>, Never>?
    }

    init(_ source: any GoogleTokenSource, fingerprint: String? = nil, quotaProject: String? = nil) {
        self.source = source
        self.fingerprint = fingerprint
        self.quotaProject = quotaProject
    }

    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) async throws(ProviderError) {
        let token = try await token()
        request.headers.replaceOrAdd(name: "authorization", value: token.secret.bearer)
        if let quotaProject { request.headers.replaceOrAdd(name: "x-goog-user-project", value: quotaProject) }
    }

    func renew(after refused: HTTPClientRequest) -> Bool {
        guard source.renews else { return false }
        let offered = refused.headers.first(name: "authorization")
        // Another refused call may have renewed it already.
        state.withLock { if $0.current?.secret.bearer == offered { $0.current = nil } }
        return true
    }

    func redacted(_ bytes: [UInt8]) -> [UInt8] {
        state.withLock { $0.known }.reduce(bytes) { $1.redacted($0) }
    }

    private func token() async throws(ProviderError) -> GoogleAccessToken {
        let fetch = state.withLock { state -> Fetch in
            if let token = state.current, Date() < token.renewal { return .done(token) }
            if let task = state.fetching { return .underWay(task) }
            let task = Task { await self.fetched() }
            state.fetching = task
            return .underWay(task)
        }
        switch fetch {
        case .done(let token): return token
        case .underWay(let task): return try await task.value.get()
        }
    }

    private func fetched() async -> Result<GoogleAccessToken, ProviderError> {
        let result: Result<GoogleAccessToken, ProviderError>
        do throws(ProviderError) { result = .success(try await source.token(at: Date())) } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.fetching = nil
            guard case .success(let token) = result else { return }
            state.current = token
            state.known = state.known.suffix(3) + [token.secret]
        }
        return result
    }
}
