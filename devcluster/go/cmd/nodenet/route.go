package main

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
)

// routeTo sends packets for another node's Pods to that node; a node that has no range or address yet waits.
func routeTo(podCIDR, address string) error {
	if podCIDR == "" || address == "" {
		return nil
	}
	route, err := routeFor(podCIDR, address)
	if err != nil {
		return err
	}
	return netlink.RouteReplace(route)
}

func routeFor(podCIDR, address string) (*netlink.Route, error) {
	_, pods, err := net.ParseCIDR(podCIDR)
	if err != nil {
		return nil, err
	}
	gateway := net.ParseIP(address)
	if gateway == nil {
		return nil, fmt.Errorf("%q is not an address", address)
	}
	return &netlink.Route{Dst: pods, Gw: gateway}, nil
}
