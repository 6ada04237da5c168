import Foundation
import LLMBatchCore
import NIOHTTP1
import Synchronization

/// The metadata server, which issues tokens of the machine's service account.
///
/// Source: Compute Engine documentation, "Authenticate workloads using service accounts".
final class GoogleMetadataServer: GoogleTokenSource {
    private let transport: HTTPTransport
    /// True once it has issued a token: the server exists, so later failures are transient.
    private let isThere = Atomic(false)

    /// - Parameter host: with an optional port; `metadata.google.internal` when nil.
    init(host: String?) throws {
        let service = try ServiceURL("http://" + (host ?? "metadata.google.internal"))
        transport = HTTPTransport(
            service: service, credential: NoCredential(), headers: [("Metadata-Flavor", "Google")],
            timeout: .seconds(5))
    }

    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken {
        let path = ["computeMetadata", "v1", "instance", "service-accounts", "default", "token"]
        do throws(ProviderError) {
            let reply = try await transport.send(.init(path: path))
            // Another server at this address would not send this header.
            guard reply.headers.first(name: "metadata-flavor") == "Google" else {
                throw ProviderError(
                    .authentication, delivery: .notSent, message: "the answer is not from a metadata server")
            }
            let token = try GoogleAccessToken(reply.body, at: now)
            isThere.store(true, ordering: .relaxed)
            return token
        } catch {
            var failure = error.whileFetchingToken()
            // Off Google Cloud the name does not resolve, so a retry would not help.
            if error.kind == .network || error.kind == .timeout, error.delivery == .notSent,
                !isThere.load(ordering: .relaxed)
            {
                failure.kind = .authentication
                failure.message =
                    "no Google Cloud credentials found: GOOGLE_APPLICATION_CREDENTIALS names no file, "
                    + "there is no gcloud login, and no metadata server answers"
            }
            throw failure
        }
    }
}
