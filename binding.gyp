{
  "targets": [
    {
      "target_name": "sockfd",
      "sources": ["<!@(cat native/sources.txt)"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fexceptions", "-frtti"],
      "cflags_cc": [
        "<!@(cat native/cflags.txt)",
        "-isystem<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")"
      ],
      "ldflags": ["<!@(cat native/ldflags.txt)"]
    }
  ]
}
