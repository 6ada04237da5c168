import LLMBatchCore
import NIOHTTP1

extension ProviderError {
    /// From an error response of Anthropic's API.
    ///
    /// Source: Anthropic API reference, "Errors" and "Rate limits": `{"type": "error", "error": {"type", "message",
    /// "details"}, "request_id"}`. A proxy's answer, such as that to a body that is too large, need not be JSON.
    init(anthropic status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, body: body)
        guard let error = (try? JSONObject(body))?.object("error") else { return }
        let detail = error.object("details")?.string("error_code")
        switch (error.string("type"), detail) {
        case (_, "enforced_spend_limit_reached"), (_, "contract_spend_limit_reached"):
            // Reported as a rate limit, but does not clear while a run waits.
            kind = .quota
            code = detail
        case ("billing_error", _): kind = .quota
        // Spending limits and exhausted credit are reported as invalid requests.
        case _ where status == 400 && Self.isOfSpending(detail, message):
            kind = .quota
            code = detail ?? code
        case ("not_found_error", _) where message.lowercased().hasPrefix("model"): kind = .modelNotFound
        case ("overloaded_error", _): kind = .overloaded
        default: break
        }
    }

    private static func isOfSpending(_ code: String?, _ message: String) -> Bool {
        if let code, ["spend_limit", "credit"].contains(where: code.contains) { return true }
        let message = message.lowercased()
        return ["spend limit", "spending limit", "usage limit", "credit balance", "credit limit"]
            .contains(where: message.contains)
    }
}

/// The error codes of single requests in results.
enum AnthropicCode {
    /// The HTTP status of an error type outside batches.
    static func status(of type: String) -> Int? {
        switch type {
        case "invalid_request_error": 400
        case "authentication_error": 401
        case "billing_error": 402
        case "permission_error": 403
        case "not_found_error": 404
        case "conflict_error": 409
        case "request_too_large": 413
        case "rate_limit_error": 429
        case "api_error": 500
        case "timeout_error": 504
        case "overloaded_error": 529
        default: nil
        }
    }
}
