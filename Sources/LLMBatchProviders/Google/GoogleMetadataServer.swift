import Foundation
import LLMBatchCore
import NIOHTTP1
import Synchronization

/// The server that gives programs on Google Cloud a token of the machine's own service account.
///
/// Source: Compute Engine documentation, "Authenticate workloads using service accounts".
final class GoogleMetadataServer: GoogleTokenSource {
    private let transport: HTTPTransport
    /// True once it has given a token: it is there, and what goes wrong later passes.
    private let isThere = Atomic(false)

    /// - Parameter host: with a port if need be; `GCE_METADATA_HOST`, else `metadata.google.internal`, when nil.
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
            // Another server under this name would not say so.
            guard reply.headers.first(name: "metadata-flavor") == "Google" else {
                throw ProviderError(.authentication, delivery: .notSent, message: "this is no metadata server")
            }
            let token = try GoogleAccessToken(reply.body, at: now)
            isThere.store(true, ordering: .relaxed)
            return token
        } catch {
            var failure = error.whileFetchingToken()
            // Off Google Cloud the name leads nowhere, and will not tomorrow.
            if error.kind == .network || error.kind == .timeout, error.delivery == .notSent,
                !isThere.load(ordering: .relaxed)
            {
                failure.kind = .authentication
                failure.message =
                    "no credentials of Google Cloud were found: no file is named by GOOGLE_APPLICATION_CREDENTIALS, "
                    + "nobody has logged in with gcloud, and no metadata server answers"
            }
            throw failure
        }
    }
}
