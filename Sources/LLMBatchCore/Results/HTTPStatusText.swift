/// The reason phrase of an HTTP status.
package enum HTTPStatusText {
    /// For example `HTTP 404 Not Found`. Source: RFC 9110, section 15; statuses above 511 are used by proxies.
    package static func status(_ status: Int) -> String {
        phrases[status].map { "HTTP \(status) \($0)" } ?? "HTTP \(status)"
    }

    private static let phrases = [
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
        409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
        413: "Request Entity Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
        416: "Range Not Satisfiable", 421: "Misdirected Request", 422: "Unprocessable Content", 423: "Locked",
        424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
        499: "Client Closed Request", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 507: "Insufficient Storage", 520: "Unknown Error",
        521: "Web Server Is Down", 522: "Connection Timed Out", 523: "Origin Is Unreachable", 524: "A Timeout Occurred",
        525: "SSL Handshake Failed", 526: "Invalid SSL Certificate", 529: "Site Is Overloaded",
    ]
}
