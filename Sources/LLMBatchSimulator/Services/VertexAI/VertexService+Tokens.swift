import Foundation
import LLMBatchCore

/// Access tokens and authorization.
extension VertexService {
    var tokenRoutes: [Route] {
        [
            Route(.fetchToken, "POST /token", handle: token),
            Route(.fetchToken, "GET /computeMetadata/v1/instance/service-accounts/{account}/token") {
                [unowned self] call throws(Refusal) in metadataToken(call)
            },
        ]
    }

    /// Source: RFC 6749, 5; Google's documentation of the two grants.
    private func token(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let form = call.fields
        switch form["grant_type"] {
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            let assertion = form["assertion"] ?? ""
            if let objection = GoogleIdentity.objection(to: assertion, audience: call.url("/token")) {
                throw invalidGrant(objection + (script.echoesKey ? " " + assertion : ""))
            }
        case "refresh_token":
            guard form["refresh_token"] == GoogleIdentity.refreshToken,
                form["client_secret"] == GoogleIdentity.clientSecret
            else { throw invalidGrant("Token has been expired or revoked.") }
        default: throw invalidGrant("Unsupported grant type.")
        }
        return newToken()
    }

    private func invalidGrant(_ reason: String) -> Refusal {
        Refusal(["error": "invalid_grant", "error_description": .string(reason)], status: 400)
    }

    /// Source: Compute Engine documentation, "Authenticate workloads using service accounts".
    private func metadataToken(_ call: IncomingCall) -> WireReply {
        guard call.headers["metadata-flavor"] == "Google" else {
            return WireReply(
                status: 403, headers: ["content-type": "text/html"], body: "Missing Metadata-Flavor:Google")
        }
        return newToken().with("metadata-flavor", "Google")
    }

    private func newToken() -> WireReply {
        let token = "ya29.simulated-\(tokens.count + 1)"
        tokens[token] = 0
        return WireReply(["access_token": .string(token), "expires_in": 3599, "token_type": "Bearer"])
    }

    /// Accepts the tokens that it issued and the script's key, or anything if the script has no key. The URL of an
    /// upload needs no other authorization.
    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        guard route != .fetchToken, route != .uploadFile else { return }
        let offered = String((call.headers["authorization"] ?? "").dropFirst("Bearer ".count))
        if let uses = tokens[offered] {
            tokens[offered] = uses + 1
            if uses < script.tokenUses ?? .max { return }
        } else if !offered.isEmpty, offered == script.apiKey ?? offered {
            return
        }
        let message = "Request had invalid authentication credentials."
        throw .google(401, message + (script.echoesKey ? " " + offered : ""))
    }
}
