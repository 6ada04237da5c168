import Foundation

/// Access tokens and authorization.
extension VertexService {
    /// Source: RFC 6749, 5; Google's documentation of the two grants.
    func token(_ call: IncomingCall) -> WireReply {
        let form = IncomingCall(
            method: "", target: "?" + String(decoding: call.body, as: UTF8.self), headers: [:], body: Data()
        ).query
        switch form["grant_type"] {
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            let audience = "http://\(call.headers["host"] ?? "")/token"
            if let objection = GoogleIdentity.objection(to: form["assertion"] ?? "", audience: audience) {
                return refused(objection + (script.echoesKey ? " " + (form["assertion"] ?? "") : ""))
            }
        case "refresh_token":
            guard form["refresh_token"] == GoogleIdentity.refreshToken,
                form["client_secret"] == GoogleIdentity.clientSecret
            else { return refused("Token has been expired or revoked.") }
        default: return refused("Unsupported grant type.")
        }
        return newToken()
    }

    /// Source: Compute Engine documentation, "Authenticate workloads using service accounts".
    func metadataToken(_ call: IncomingCall) -> WireReply {
        guard call.headers["metadata-flavor"] == "Google" else {
            return WireReply(
                status: 403, headers: ["content-type": "text/html"], body: "Missing Metadata-Flavor:Google")
        }
        var reply = newToken()
        reply.headers.append(("metadata-flavor", "Google"))
        return reply
    }

    private func newToken() -> WireReply {
        let token = "ya29.simulated-\(tokens.count + 1)"
        tokens[token] = 0
        return WireReply(["access_token": .string(token), "expires_in": 3599, "token_type": "Bearer"])
    }

    private func refused(_ reason: String) -> WireReply {
        WireReply(["error": "invalid_grant", "error_description": .string(reason)], status: 400)
    }

    /// Accepts the tokens that it issued and the script's key, or anything if the script has no key. The URL of an
    /// upload needs no other authorization.
    func checkToken(_ matched: MatchedRoute, _ call: IncomingCall) throws(GoogleRefusal) {
        guard matched.route != .fetchToken, matched.route != .uploadFile else { return }
        let offered = String((call.headers["authorization"] ?? "").dropFirst("Bearer ".count))
        if let uses = tokens[offered] {
            tokens[offered] = uses + 1
            guard uses < script.tokenUses ?? .max else { throw unauthenticated(offered) }
            return
        }
        guard !offered.isEmpty, offered == script.apiKey ?? offered else { throw unauthenticated(offered) }
    }

    private func unauthenticated(_ offered: String) -> GoogleRefusal {
        GoogleRefusal(
            status: 401, word: "UNAUTHENTICATED",
            message: "Request had invalid authentication credentials." + (script.echoesKey ? " " + offered : ""))
    }
}
