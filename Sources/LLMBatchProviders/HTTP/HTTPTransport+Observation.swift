import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOHTTP1

extension HTTPTransport {
    /// Reports a call to whoever watches the batch, without anything secret.
    func report(
        _ request: HTTPClientRequest, _ call: Call, _ response: HTTPClientResponse? = nil, error: ProviderError? = nil,
        since start: ContinuousClock.Instant
    ) {
        let url = URLComponents(string: request.url)
        let port = url?.port.map { ":\($0)" } ?? ""
        Observation.report(
            ProviderCall(
                method: request.method.rawValue, host: (url?.host ?? "") + port, path: path(of: call, url),
                statusCode: response.map { Int($0.status.code) }, error: error?.asResultError,
                duration: start.duration(to: .now),
                requestID: response?.headers.requestID.map { credential.redacted(String($0.prefix(200))) }))
    }

    /// The path of a call; nil for a presigned URL, whose path may be a secret too.
    private func path(of call: Call, _ url: URLComponents?) -> String? {
        if case .permitted = call.target { return nil }
        return url.map { credential.redacted($0.percentEncodedPath) }
    }
}

extension HTTPHeaders {
    /// The service's id of a call, which its support asks for.
    ///
    /// Sources: the API references of OpenAI (`x-request-id`), Anthropic (`request-id`), AWS (`x-amzn-requestid`, S3
    /// `x-amz-request-id`) and Azure (`apim-request-id`, `x-ms-request-id`).
    var requestID: String? {
        let names = [
            "x-request-id", "request-id", "x-amzn-requestid", "x-amz-request-id", "apim-request-id", "x-ms-request-id",
        ]
        return names.lazy.compactMap { first(name: $0) }.first
    }
}
