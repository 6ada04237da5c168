import Foundation
import LLMBatchCore
import NIOHTTP1

extension ProviderError {
    /// From an error response of an AWS service, in JSON (Bedrock) or XML (S3, STS, IAM).
    ///
    /// Source: the error shapes and retry rules of the service models and of botocore. The type is in a header, in
    /// `__type` or `code`, or in the element `Code`.
    init(aws status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let said = AWSErrorBody(headers: headers, body: body)
        self.init(status: status, headers: headers, body: [])
        self.body = body
        message = said.message ?? (body.isEmpty ? "no reason was given" : message)
        code = said.code
        if status == 409 { kind = said.code == "OperationAborted" ? .overloaded : .invalidRequest }
        if let kind = said.code.flatMap(AWSErrorBody.kind) { self.kind = kind }
        if (400..<500).contains(status), RefusedCredential.isMeant(words: [], message: message) {
            kind = .authentication
        }
        if kind == .timeout { delivery = .unknown }
        isQueueFull = said.code == "ServiceQuotaExceededException"
        if said.message?.contains("model identifier is invalid") == true { kind = .modelNotFound }
        if (300..<400).contains(status), let region = headers.first(name: "x-amz-bucket-region") {
            message = "the bucket is in another region, \(region), and redirects are not followed"
        }
    }
}

/// The code and message of an AWS error.
struct AWSErrorBody {
    private(set) var code: String?
    private(set) var message: String?

    init(headers: HTTPHeaders, body: [UInt8]) {
        if let json = try? JSONObject(body) {
            code = json.string("__type") ?? json.string("code")
            message = json.string("message") ?? json.string("Message")
        } else if let tree = XMLTree(body) {
            let error = tree.name == "Error" ? tree : tree["Error"] ?? tree["Errors"]?["Error"]
            code = error?.string("Code")
            message = error?.string("Message")
        }
        // The header may append a URL after a colon; the member may have one before a hash.
        code = (headers.first(name: "x-amzn-errortype") ?? code).flatMap {
            $0.split(separator: ":").first?.split(separator: "#").last.map(String.init)
        }
    }

    /// The kind of an error code; nil where the HTTP status is enough.
    static func kind(of code: String) -> ProviderError.Kind? {
        switch code {
        case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
            "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken",
            "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
            "RequestTimeTooSkewed", "RequestExpired", "AuthorizationHeaderMalformed", "InvalidIdentityToken":
            .authentication
        case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation": .permission
        case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
            "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
            "BandwidthLimitExceeded", "LimitExceededException", "ProvisionedThroughputExceededException",
            "TransactionInProgressException", "EC2ThrottledException":
            .rateLimit
        case "SlowDown", "ServiceUnavailable", "ServiceUnavailableException", "PriorRequestNotComplete": .overloaded
        case "ServiceQuotaExceededException": .quota
        case "RequestTimeout", "RequestTimeoutException": .timeout
        case "InternalError", "InternalServerException": .providerInternal
        case "ResourceNotFoundException", "NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NoSuchEntity": .notFound
        default: nil
        }
    }
}
